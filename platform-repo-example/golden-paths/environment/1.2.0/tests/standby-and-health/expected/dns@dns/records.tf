# One record for each service; the provider that is built into Terraform stands in for that of the name servers.

resource "terraform_data" "api" {
  input = {
    name  = "api.moves.sample-team.two.example.org"
    type  = "CNAME"
    value = "ingress.eu-west-1.two.example.org"
    ttl   = 300
    owner = local.goldpath
  }
}

resource "terraform_data" "web" {
  input = {
    name  = "web.moves.sample-team.two.example.org"
    type  = "CNAME"
    value = "ingress.eu-west-1.two.example.org"
    ttl   = 300
    owner = local.goldpath
  }
}

output "records" {
  description = "The names of the services."
  value = [
    terraform_data.api.output.name,
    terraform_data.web.output.name,
  ]
}
