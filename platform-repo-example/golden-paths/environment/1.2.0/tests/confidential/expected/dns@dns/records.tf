# One record for each service; the provider that is built into Terraform stands in for that of the name servers.

resource "terraform_data" "api" {
  input = {
    name  = "api.confidential.sample-team.staging.example.org"
    type  = "CNAME"
    value = "ingress.eu-central-1.staging.example.org"
    ttl   = 300
    owner = local.goldpath
  }
}

output "records" {
  description = "The names of the services."
  value = [
    terraform_data.api.output.name,
  ]
}
