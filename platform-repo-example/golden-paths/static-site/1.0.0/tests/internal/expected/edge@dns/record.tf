# What is public is asked for through the content network; the provider that is built into Terraform stands in for it and for the name servers.
resource "terraform_data" "record" {
  input = {
    name  = "handbook.sample-team.example.org"
    type  = "CNAME"
    value = "ingress-internal.example.org"
    ttl   = 300
    owner = local.goldpath
  }
}

output "url" {
  description = "Where the site is reached."
  value       = "https://${terraform_data.record.output.name}"
}
