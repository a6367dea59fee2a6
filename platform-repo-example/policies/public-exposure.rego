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

ingresses contains object if {
	some object in input.objects
	object.kind == "Ingress"
}

deny contains msg if {
	some ingress in ingresses
	with_tls := {host | some entry in ingress.spec.tls; some host in entry.hosts}
	some rule in ingress.spec.rules
	not rule.host in with_tls
	msg := sprintf("the host `%s` has no TLS: name it under `tls`", [object.get(rule, "host", "*")])
}

deny contains result if {
	some ingress in ingresses
	ingress.spec.ingressClassName == "public"
	input.request.spec.dataClassification == "confidential"
	result := {
		"msg": sprintf("`%s` is open to the internet and handles confidential data: have it reviewed by security, who write an exception", [ingress.metadata.name]),
		"field": "/spec/dataClassification",
	}
}
