"""Faces: how people and programs reach an office. Each parses, calls operations and renders; none decides."""
