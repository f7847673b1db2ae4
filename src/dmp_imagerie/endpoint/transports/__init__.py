"""How requests reach the simulated DMP: in the same process (respx) or over HTTPS with mutual TLS."""
