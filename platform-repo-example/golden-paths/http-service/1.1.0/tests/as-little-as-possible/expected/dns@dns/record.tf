# The name of the service; the provider that is built into Terraform stands in for that of the name servers.
resource "terraform_data" "record" {
  input = {
    name  = "little.sample-team.example.org"
    type  = "CNAME"
    value = "ingress-internal.example.org"
    ttl   = 300
    owner = local.goldpath
  }
}

output "url" {
  description = "Where the service is reached."
  value       = "https://${terraform_data.record.output.name}"
}
