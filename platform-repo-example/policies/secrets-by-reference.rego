# METADATA
# title: No secret stands in Git
# description: A Secret is made in the cluster from the vault, by an ExternalSecret; a container names it and never holds its value.
# custom:
#   id: secrets-by-reference
#   owner: security
package main

looks_secret(name) if regex.match(`(?i)(^|[-_.])(password|passwd|secret|token|api[-_]?key|private[-_]?key|credentials?)([-_.]|$)`, name)

deny contains msg if {
	input.apiVersion == "v1"
	input.kind == "Secret"
	msg := "a Secret would stand in Git, for everybody who may read it: write an ExternalSecret that names the entry of the vault"
}

deny contains msg if {
	input.kind == "ConfigMap"
	some key, _ in input.data
	looks_secret(key)
	msg := sprintf("the key `%s` looks like a secret: put it into the vault and name it in an ExternalSecret", [key])
}

containers contains container if some container in input.spec.template.spec.containers

containers contains container if some container in input.spec.template.spec.initContainers

deny contains msg if {
	some container in containers
	some variable in container.env
	looks_secret(variable.name)
	variable.value != ""
	msg := sprintf("the variable `%s` of the container `%s` has its value in Git: take it from a Secret with `valueFrom`", [variable.name, container.name])
}
