package main

listens(ports) := {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [{"name": "service", "ports": ports}]}}}}

http := {"name": "http", "containerPort": 8080}

test_two_ports_are_fine if count(deny) == 0 with input as listens([http, {"name": "metrics", "containerPort": 9090}])

test_one_for_both_is_refused if count(deny) == 1 with input as listens([http, {"name": "metrics", "containerPort": 8080}])

test_without_metrics_any_port_is_fine if count(deny) == 0 with input as listens([http])
