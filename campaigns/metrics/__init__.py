"""What operators watch: counts, states and latencies for Prometheus. Nothing personal, and few labels."""
