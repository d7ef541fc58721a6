// The walkthrough's application in Go: counts, measures and exposes metrics on :8000/metrics. The one
// that `make run` starts is its twin in C++ (apps/demo-app).
package main

import (
	"crypto/sha256"
	"log"
	"math/rand"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var (
	orders = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "demo_orders_total", Help: "Orders by kind and outcome."}, []string{"kind", "outcome"})
	seconds = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name: "demo_order_duration_seconds", Help: "Time to work through one order.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01}}, []string{"kind"})
	size = promauto.NewSummary(prometheus.SummaryOpts{
		Name: "demo_order_size_bytes", Help: "Size of an order.",
		Objectives: map[float64]float64{0.5: 0.05, 0.9: 0.01, 0.99: 0.001}})
	open = promauto.NewGauge(prometheus.GaugeOpts{
		Name: "demo_orders_open", Help: "Orders kept in memory."})
)

func work() {
	kinds := []string{"book", "music", "food"}
	var kept [][]byte
	for {
		start := time.Now()
		kind := kinds[rand.Intn(len(kinds))]
		order := make([]byte, 1000+rand.Intn(60000))
		outcome := "ok"
		if sha256.Sum256(order)[0]%23 == 0 {
			outcome = "error"
		}
		kept = append(kept, order)
		if len(kept) > 100 {
			kept = kept[1:]
		}
		orders.WithLabelValues(kind, outcome).Inc()
		size.Observe(float64(len(order)))
		open.Set(float64(len(kept)))
		seconds.WithLabelValues(kind).Observe(time.Since(start).Seconds())
		time.Sleep(time.Duration(5+rand.Intn(30)) * time.Millisecond)
	}
}

func main() {
	go work()
	http.Handle("/metrics", promhttp.Handler())
	log.Println("metrics on :8000/metrics")
	log.Fatal(http.ListenAndServe(":8000", nil))
}
