"""Ends with 0 if a server on this port of loopback answers HTTP, with any status."""

import http.client
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=2)
try:
    connection.request("GET", "/")
    connection.getresponse()
except (OSError, http.client.HTTPException):
    sys.exit(1)
