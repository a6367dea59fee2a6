# METADATA
# title: What is open to the internet holds nothing confidential, unless security has reviewed it
# description: No schema can say so, because an exception may allow it. It has the name of the organisation's policy, so that one exception is enough.
# custom:
#   id: public-exposure
#   owner: security
package goldpath.unit

deny contains result if {
	some ingress in input.objects
	ingress.kind == "Ingress"
	ingress.spec.ingressClassName == "public"
	input.request.spec.dataClassification == "confidential"
	result := {
		"msg": sprintf("`%s` is open to the internet and handles confidential data: have it reviewed by security, who write an exception", [ingress.metadata.name]),
		"field": "/spec/dataClassification",
	}
}
