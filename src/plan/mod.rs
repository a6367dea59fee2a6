//! Diff + observations + verdicts → `ApplyPlan`: order, approval rules, delete budgets, holds.
