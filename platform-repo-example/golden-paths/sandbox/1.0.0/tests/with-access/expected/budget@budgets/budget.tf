# What it may cost before somebody is told; the provider that is built into Terraform stands in for that of the cloud.
resource "terraform_data" "budget" {
  input = {
    account     = "cc-0000"
    environment = "sample-team/with-access"
    euros_a_day = 5
    ends_after  = "2d"
    notify      = "#sample"
    owner       = local.goldpath
  }
}

output "account" {
  description = "Who pays."
  value       = terraform_data.budget.output.account
}
