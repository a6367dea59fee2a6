package main

images_said(image) := said if {
	said := {msg | some msg in deny; startswith(msg, "the image")} with input as {
		"kind": "Deployment",
		"spec": {"template": {"spec": {"containers": [{"name": "a", "image": image}]}}},
	}
}

test_a_version_of_ours_is_fine if count(images_said("registry.example.org/a/b:1.2")) == 0

test_a_digest_of_ours_is_fine if count(images_said("registry.example.org/a/b@sha256:0123")) == 0

test_latest_is_refused if count(images_said("registry.example.org/a/b:latest")) == 1

test_no_version_is_refused if count(images_said("registry.example.org/a/b")) == 1

test_another_registry_is_refused if count(images_said("docker.io/a/b:1.2")) == 1

test_every_container_is_looked_at if {
	ours := {"name": "a", "image": "registry.example.org/a/b:1.2"}
	evil := {"name": "b", "image": "docker.io/evil:latest"}
	said := deny with input as {"kind": "Pod", "spec": {"containers": [ours], "initContainers": [evil]}}
	count(said) == 2
}

test_jobs_are_looked_at if {
	template := {"spec": {"containers": [{"name": "a", "image": "docker.io/a/b:1.2"}]}}
	said := deny with input as {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}}
	count(said) == 1
}
