"""FHIR R4: a session as resources, and the way they reach a server."""
