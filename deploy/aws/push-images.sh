#!/usr/bin/env bash
# Pushes the application's and the collector's image from this machine into their repositories.
#
#   APP_IMAGE=localhost/my-app:1 COLLECTOR_IMAGE=localhost/my-collector:1 ./push-images.sh
. "$(dirname "$0")/settings.sh"
: "${APP_IMAGE=localhost/$APP_REPOSITORY:$TAG}" # on this machine; empty: it is pushed already
: "${COLLECTOR_IMAGE=localhost/$COLLECTOR_REPOSITORY:$TAG}"
: "${ENGINE:=}" # podman or docker; empty: the first that is here

if [ -z "$ENGINE" ]; then
  for candidate in podman docker; do
    if command -v "$candidate" >/dev/null; then
      ENGINE=$candidate
      break
    fi
  done
fi
[ -n "$ENGINE" ] || fail "neither podman nor docker is here to push the images with"

APP_URI=$(repository_uri "$APP_REPOSITORY"):$TAG
COLLECTOR_URI=$(repository_uri "$COLLECTOR_REPOSITORY"):$TAG
registry=${APP_URI%%/*}

# A registry on this machine speaks plain HTTP. Docker takes that for granted on 127.0.0.0/8.
to_registry() {
  local verb=$1
  shift
  case $ENGINE:$registry in
    podman:127.*) podman "$verb" --tls-verify=false "$@" ;;
    *) "$ENGINE" "$verb" "$@" ;;
  esac
}
push() {
  local image=$1 uri=$2
  [ -n "$image" ] || return 0
  "$ENGINE" tag "$image" "$uri"
  to_registry push --quiet "$uri"
  say "pushed $uri"
}

workload ecr get-login-password |
  to_registry login --username AWS --password-stdin "$registry" >/dev/null
push "$APP_IMAGE" "$APP_URI"
push "$COLLECTOR_IMAGE" "$COLLECTOR_URI"
"$ENGINE" logout "$registry" >/dev/null
