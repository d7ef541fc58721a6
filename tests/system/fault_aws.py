"""What a task takes its credentials from, with faults: STS at POST /, the container endpoint at
/creds, instance metadata (IMDSv2) at /latest. And ECS task metadata at /v4."""

import datetime
import json
import urllib.parse

import fault_server

ROLE = "/latest/meta-data/iam/security-credentials/"
ROLE_ARN = "arn:aws:iam::222222222222:role/ECS-AMP-Central-Role"


class Aws(fault_server.Server):
    def __init__(self, lifetime_s=3600):
        self.lifetime_s, self.issued, self.expires = lifetime_s, [], {}
        super().__init__()

    def new_key(self, prefix):
        self.issued.append(f"{prefix}{len(self.issued) + 1:04d}")
        expires = int(self.now() + self.lifetime_s)
        self.expires[self.issued[-1]] = expires
        text = datetime.datetime.fromtimestamp(expires, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.issued[-1], text

    def handle(self, exchange):
        method, path = exchange.method, exchange.path
        if method == "POST" and path == "/":
            return self.assume_role(exchange)
        if path == "/creds":
            return self.json_credentials(exchange, "ASIACONTAINER")
        if method == "PUT" and path == "/latest/api/token":
            return exchange.answer(200, "session")
        if path == ROLE:
            return exchange.answer(200, "instance-role")
        if path == ROLE + "instance-role":
            return self.json_credentials(exchange, "ASIAINSTANCE")
        return exchange.answer(404, "nothing here")

    def json_credentials(self, exchange, prefix):
        key, expires = self.new_key(prefix)
        credentials = {
            "Code": "Success",
            "RoleArn": "arn:aws:iam::111111111111:role/task",
            "AccessKeyId": key,
            "SecretAccessKey": "secret-of-" + key,
            "Token": "token-of-" + key,
            "Expiration": expires,
        }
        exchange.answer(200, json.dumps(credentials), {"Content-Type": "application/json"})

    def assume_role(self, exchange):
        form = dict(urllib.parse.parse_qsl(exchange.body().decode()))
        assert form["Action"] == "AssumeRole", form
        key, expires = self.new_key("ASIAROLE")
        exchange.answer(
            200,
            f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>
<SecretAccessKey>secret-of-{key}</SecretAccessKey><SessionToken>token-of-{key}</SessionToken>
<Expiration>{expires}</Expiration></Credentials>
<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>
<Arn>arn:aws:sts::222222222222:assumed-role/ECS-AMP-Central-Role/{form["RoleSessionName"]}</Arn>
</AssumedRoleUser></AssumeRoleResult>
<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></AssumeRoleResponse>""",
            {"Content-Type": "text/xml"},
        )

    def keys_env(self):
        """Keys that never expire, for STS."""
        return {
            "AWS_ACCESS_KEY_ID": "AKIATASK",
            "AWS_SECRET_ACCESS_KEY": "secret-of-task",
            "AWS_ENDPOINT_URL_STS": self.url,
        }

    def container_env(self):
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url + "/creds"}

    def instance_env(self):
        return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url}


def sts_error(code, message, status=403):
    text = f"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
<RequestId>0</RequestId></ErrorResponse>"""
    return fault_server.refuse(status, text, content_type="text/xml")
