"""Reading from Kafka: the consume loop, records, lag."""
