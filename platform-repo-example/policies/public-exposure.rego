# METADATA
# title: What is open to the internet goes through the platform's ingress, with TLS, and holds nothing confidential
# custom:
#   id: public-exposure
#   owner: security
package goldpath.unit

deny contains msg if {
	some object in input.objects
	object.kind == "Service"
	object.spec.type in ["LoadBalancer", "NodePort"]
	msg := sprintf("the Service `%s` opens a door of its own: make it a ClusterIP, with an Ingress", [object.metadata.name])
}

deny contains msg if {
	some object in input.objects
	object.kind == "Service"
	count(object.spec.externalIPs) > 0
	msg := sprintf("the Service `%s` takes addresses from outside: leave `externalIPs` out, and make an Ingress", [object.metadata.name])
}

ingresses contains object if {
	some object in input.objects
	object.kind == "Ingress"
}

# The annotation is the older way to say it, and is still heard.
is_public(ingress) if ingress.spec.ingressClassName == "public"

is_public(ingress) if ingress.metadata.annotations["kubernetes.io/ingress.class"] == "public"

deny contains msg if {
	some ingress in ingresses
	with_tls := {host | some entry in ingress.spec.tls; some host in entry.hosts}
	some rule in ingress.spec.rules
	not rule.host in with_tls
	msg := sprintf("the host `%s` has no TLS: name it under `tls`", [object.get(rule, "host", "*")])
}

deny contains result if {
	some ingress in ingresses
	is_public(ingress)
	input.request.spec.dataClassification == "confidential"
	result := {
		"msg": sprintf("`%s` is open to the internet and handles confidential data: have it reviewed by security, who write an exception", [ingress.metadata.name]),
		"field": "/spec/dataClassification",
	}
}
