resource "terraform_data" "budget" {
  input = {
    account     = "cc-0000"
    environment = "sample-team/with-access"
    hours       = "8h"
    profile     = "light"
  }
}

output "account" {
  value = terraform_data.budget.output.account
}
