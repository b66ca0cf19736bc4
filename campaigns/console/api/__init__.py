"""The REST API: the pages' actions for programs, described by the models that check them."""
