"""Enrolment over Secure Transport (RFC 7030, RFC 8951): the office's door for devices, and for any EST client."""
