package main

deny contains "no secrets" if input.kind == "Secret"
