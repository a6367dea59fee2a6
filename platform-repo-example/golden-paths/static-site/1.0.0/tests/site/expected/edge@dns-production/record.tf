# What is public is asked for through the content network; the provider that is built into Terraform stands in for it and for the name servers.
resource "terraform_data" "cache" {
  input = {
    origin  = "ingress-public.example.org"
    host    = "site.sample-team.example.org"
    max_age = 300
    owner   = local.goldpath
  }
}

resource "terraform_data" "record" {
  input = {
    name  = "site.sample-team.example.org"
    type  = "CNAME"
    value = "${terraform_data.cache.id}.example.org"
    ttl   = 300
    owner = local.goldpath
  }
}

output "url" {
  description = "Where the site is reached."
  value       = "https://${terraform_data.record.output.name}"
}
