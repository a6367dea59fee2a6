# METADATA
# title: Images come from the organisation's registry, by a version
# custom:
#   id: image-source
#   owner: platform
package main

import data.lib.pods

own_registry := "registry.example.org/"

images contains image if {
	some container in pods.containers
	image := container.image
}

deny contains msg if {
	some image in images
	not startswith(image, own_registry)
	msg := sprintf("the image `%s` is not from %s", [image, own_registry])
}

deny contains msg if {
	some image in images
	endswith(image, ":latest")
	msg := sprintf("the image `%s` is another one every day: name a version", [image])
}

deny contains msg if {
	some image in images
	path := regex.replace(image, `^.*/`, "")
	not contains(path, ":")
	not contains(path, "@")
	msg := sprintf("the image `%s` has no version", [image])
}
