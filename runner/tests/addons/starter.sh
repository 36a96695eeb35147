#!/bin/sh
# Starts a program as a script of a package does, and is its parent.
"$@"
