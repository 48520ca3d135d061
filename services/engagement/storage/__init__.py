"""Tables, and one module per aggregate. Storage takes a session and never commits."""
