package goldpath.unit

unit(classification, object) := {"request": {"spec": {"dataClassification": classification}}, "objects": [object]}

entrance(class, tls) := {
	"kind": "Ingress",
	"metadata": {"name": "a"},
	"spec": {"ingressClassName": class, "tls": tls, "rules": [{"host": "a.example.org"}]},
}

secured := [{"hosts": ["a.example.org"], "secretName": "a-tls"}]

test_a_public_service_with_tls_is_fine if count(deny) == 0 with input as unit("internal", entrance("public", secured))

test_no_tls_is_refused if count(deny) == 1 with input as unit("internal", entrance("internal", []))

test_confidential_data_inside_is_fine if count(deny) == 0 with input as unit("confidential", entrance("internal", secured))

test_confidential_data_outside_is_refused if count(deny) == 1 with input as unit("confidential", entrance("public", secured))

test_a_load_balancer_is_refused if {
	service := {"kind": "Service", "metadata": {"name": "a"}, "spec": {"type": "LoadBalancer"}}
	count(deny) == 1 with input as unit("public", service)
}

test_addresses_from_outside_are_refused if {
	service := {"kind": "Service", "metadata": {"name": "a"}, "spec": {"externalIPs": ["192.0.2.1"]}}
	count(deny) == 1 with input as unit("public", service)
}

test_the_older_way_to_be_public_is_seen if {
	annotated := {"metadata": {"annotations": {"kubernetes.io/ingress.class": "public"}}, "spec": {"ingressClassName": null}}
	count(deny) == 1 with input as unit("confidential", object.union(entrance("internal", secured), annotated))
}
