import json
import pathlib
import unittest

from prometheus_client import CollectorRegistry, generate_latest

from reviewmaps_monitoring import Metrics, definitions

FILE = pathlib.Path(definitions.__file__).with_name("definitions.json")


class DefinitionsTest(unittest.TestCase):
    def test_every_metric_of_the_contract_has_its_type_and_labels(self):
        found = {d.name: (d.type, d.labels) for d in definitions.DEFINITIONS.values()}
        self.assertEqual(
            found,
            {
                "reviewmaps_enrichment_total": ("counter", ("scope", "status")),
                "reviewmaps_enrichment_duration_seconds": ("histogram", ("scope",)),
                "reviewmaps_naver_api_calls_total": ("counter", ("endpoint", "status_code")),
                "reviewmaps_naver_api_duration_seconds": ("histogram", ("endpoint",)),
                "reviewmaps_naver_api_rate_limit_hits": ("counter", ()),
                "reviewmaps_exceptions_total": ("counter", ("exception_type", "view_name")),
                "reviewmaps_cleanup_deleted_rows": ("counter", ("table_name",)),
                "reviewmaps_scraper_run_started_timestamp_seconds": ("gauge", ()),
                "reviewmaps_scraper_run_completed": ("gauge", ()),
            },
        )

    def test_only_histograms_have_buckets_and_those_rise(self):
        for definition in definitions.DEFINITIONS.values():
            with self.subTest(definition.name):
                self.assertEqual(definition.type == "histogram", bool(definition.buckets))
                self.assertEqual(list(definition.buckets), sorted(set(definition.buckets)))

    def test_the_constants_name_what_the_file_defines(self):
        constants = {value for name, value in vars(definitions).items() if name.isupper() and isinstance(value, str)}
        self.assertEqual(constants, set(definitions.DEFINITIONS))

    def test_the_file_is_data_and_has_no_key_that_is_not_read(self):
        for entry in json.loads(FILE.read_text(encoding="utf-8")):
            self.assertLessEqual(set(entry), {"name", "type", "help", "labels", "buckets"})

    def test_a_registry_shows_help_type_and_bounds_as_the_file_has_them(self):
        registry = CollectorRegistry()
        Metrics(registry).record_naver_call("local", 200, 0.07)
        text = generate_latest(registry).decode()
        definition = definitions.DEFINITIONS["reviewmaps_naver_api_duration_seconds"]
        self.assertIn(f"# HELP {definition.name} {definition.help}\n", text)
        for bound in definition.buckets:
            self.assertIn(f'reviewmaps_naver_api_duration_seconds_bucket{{endpoint="local",le="{bound}"}}', text)
