"""The tests of socialkit."""
