# METADATA
# title: No secret stands in Git
# description: A Secret is made in the cluster from the vault, by an ExternalSecret; a container names it and never holds its value.
# custom:
#   id: secrets-by-reference
#   owner: security
package main

import data.lib.pods

looks_secret(name) if regex.match(`(?i)(^|[-_.])(secret|token|api[-_]?key|private[-_]?key|credentials?)([-_.]|$)`, name)

looks_secret(name) if regex.match(`(?i)(password|passwd|passphrase)([-_.]|$)`, name)

deny contains msg if {
	input.apiVersion == "v1"
	input.kind == "Secret"
	msg := "a Secret would stand in Git, for everybody who may read it: write an ExternalSecret that names the entry of the vault"
}

deny contains msg if {
	input.kind == "ConfigMap"
	some field in ["data", "binaryData"]
	some key, _ in input[field]
	looks_secret(key)
	msg := sprintf("the key `%s` looks like a secret: put it into the vault and name it in an ExternalSecret", [key])
}

deny contains msg if {
	some container in pods.containers
	some variable in container.env
	looks_secret(variable.name)
	variable.value != ""
	msg := sprintf("the variable `%s` of the container `%s` has its value in Git: take it from a Secret with `valueFrom`", [variable.name, container.name])
}
