"""Addresses of money."""

from django.urls import path

from millstream.ledger.web import operator_views, statement_views

app_name = "ledger"

urlpatterns = [
    path("money/", statement_views.statement_page, name="statement"),
    path("money/statement.csv", statement_views.statement_csv, name="statement_csv"),
    path("money/bank/", statement_views.bank_page, name="bank"),
    path("money/payouts/", operator_views.payouts_page, name="payouts"),
    path("money/payouts/<uuid:batch>/", operator_views.batch_page, name="payout_batch"),
    path("money/payouts/<uuid:batch>/bank.csv", operator_views.batch_file, name="payout_file"),
    path("money/payouts/<uuid:batch>/mark/", operator_views.mark_item, name="mark_item"),
    path("money/payouts/<uuid:batch>/paid/", operator_views.mark_batch, name="mark_batch"),
    path("money/trial-balance/", operator_views.trial_balance_page, name="trial_balance"),
]
