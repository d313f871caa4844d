"""Where everything comes from: the real services that are set, and sample data for the others."""

from dataclasses import dataclass

from . import moments
from .backend import Backend, Predictor, SamplePredictions
from .odds_api import OddsApi, OddsFeed
from .settings import LockSettings
from .slate import SampleSlate
from .stats import SampleStats, Stats, StatServer
from .supabase import Tables


@dataclass(frozen=True, slots=True)
class Sources:
    """tables: your own, None without any. clock: what the time is wherever it matters."""

    odds: OddsFeed
    stats: Stats
    predictions: Predictor
    tables: Tables | None = None
    clock: moments.Clock = moments.now


def choose(settings: LockSettings, clock: moments.Clock = moments.now) -> Sources:
    timeout = settings.lock_timeout
    key = settings.odds_api_key
    return Sources(
        odds=OddsApi(
            key.get_secret_value(),
            url=settings.odds_api_url,
            regions=settings.odds_regions,
            timeout=timeout,
            clock=clock,
        )
        if key
        else SampleSlate(clock),
        stats=StatServer(settings.statmuse_url, timeout=timeout) if settings.statmuse_url else SampleStats(),
        predictions=Backend(settings.backend_url, token=settings.backend_token, timeout=timeout)
        if settings.backend_url
        else SamplePredictions(),
        tables=_tables(settings),
        clock=clock,
    )


def _tables(settings: LockSettings) -> Tables | None:
    if not (settings.supabase_url and settings.supabase_anon_key and settings.tables):
        return None
    return Tables(
        settings.supabase_url,
        settings.supabase_anon_key,
        settings.tables,
        issuer=settings.supabase_issuer,
        timeout=settings.lock_timeout,
    )
