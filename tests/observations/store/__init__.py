"""Tests of the store, quality control and import."""
