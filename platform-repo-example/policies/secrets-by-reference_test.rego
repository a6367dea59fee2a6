package main

secrets_said(object) := said if {
	said := {msg | some msg in deny; regex.match("vault|valueFrom", msg)} with input as object
}

with_variable(variable) := {
	"kind": "Deployment",
	"spec": {"template": {"spec": {"containers": [{"name": "a", "env": [variable]}]}}},
}

test_a_secret_is_refused if count(secrets_said({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}})) == 1

test_a_reference_to_the_vault_is_fine if {
	count(secrets_said({"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "a"}})) == 0
}

test_a_password_in_a_variable_is_refused if count(secrets_said(with_variable({"name": "DB_PASSWORD", "value": "x"}))) == 1

test_a_password_of_postgres_is_refused if count(secrets_said(with_variable({"name": "PGPASSWORD", "value": "x"}))) == 1

test_a_reference_in_a_variable_is_fine if {
	reference := {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}
	count(secrets_said(with_variable(reference))) == 0
}

test_other_words_are_fine if count(secrets_said(with_variable({"name": "TOKENIZER_URL", "value": "x"}))) == 0

test_a_token_in_a_config_map_is_refused if count(secrets_said({"kind": "ConfigMap", "data": {"api-token": "x"}})) == 1

test_a_password_is_refused_wherever_the_container_stands if {
	said := secrets_said({
		"kind": "Pod",
		"spec": {"containers": [], "initContainers": [{"name": "a", "env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]},
	})
	count(said) == 1
}

test_jobs_are_looked_at if {
	template := {"spec": {"containers": [{"name": "a", "env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]}}
	count(secrets_said({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}})) == 1
}
