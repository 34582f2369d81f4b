"""The journal's tables. Data only."""

from __future__ import annotations

# One entry per schema version, applied in order; never edited once released.
MIGRATIONS = (
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY, handbook TEXT NOT NULL, mode TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT,
        plan TEXT NOT NULL  -- refs still to ask and other state, for --resume
    );
    CREATE TABLE attempts (
        id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id), handbook TEXT NOT NULL,
        question_key TEXT NOT NULL, question TEXT NOT NULL,  -- as JSON, bullets and all, as it was when asked
        answer TEXT NOT NULL, started_at TEXT NOT NULL, took_s REAL, prompted INTEGER NOT NULL,
        hints_used INTEGER NOT NULL, confidence INTEGER
    );
    CREATE INDEX attempts_by_question ON attempts(question_key, started_at);
    CREATE TABLE grades (
        attempt_id TEXT PRIMARY KEY REFERENCES attempts(id), score REAL, judge TEXT NOT NULL, rubric TEXT NOT NULL,
        feedback TEXT NOT NULL, usage TEXT NOT NULL, withdrawn INTEGER NOT NULL
    );
    CREATE TABLE bullet_grades (
        attempt_id TEXT NOT NULL REFERENCES grades(attempt_id) ON DELETE CASCADE, position INTEGER NOT NULL,
        bullet_key TEXT NOT NULL, verdict TEXT NOT NULL, evidence TEXT NOT NULL, reason TEXT NOT NULL, certainty REAL,
        PRIMARY KEY (attempt_id, position)
    );
    CREATE INDEX bullet_grades_by_bullet ON bullet_grades(bullet_key);
    CREATE TABLE marks (
        attempt_id TEXT NOT NULL REFERENCES attempts(id), position INTEGER NOT NULL, bullet_key TEXT NOT NULL,
        verdict TEXT NOT NULL, source TEXT NOT NULL, why TEXT NOT NULL, marked_at TEXT NOT NULL,
        PRIMARY KEY (attempt_id, position)
    );
    CREATE TABLE cards (
        handbook TEXT NOT NULL, bullet_key TEXT NOT NULL, card TEXT NOT NULL, reviewed_at TEXT NOT NULL,
        PRIMARY KEY (handbook, bullet_key)
    );
    CREATE TABLE drafts (
        handbook TEXT NOT NULL, question_key TEXT NOT NULL, ref TEXT NOT NULL, text TEXT NOT NULL,
        saved_at TEXT NOT NULL, PRIMARY KEY (handbook, question_key)
    );
    CREATE TABLE events (
        number INTEGER PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id), at TEXT NOT NULL,
        kind TEXT NOT NULL, detail TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE reviews (
        handbook TEXT NOT NULL, bullet_key TEXT NOT NULL, occasion TEXT NOT NULL, at TEXT NOT NULL,
        rating INTEGER NOT NULL, predicted REAL, source TEXT NOT NULL, PRIMARY KEY (handbook, bullet_key, occasion)
    );
    CREATE TABLE reveals (
        handbook TEXT NOT NULL, bullet_key TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (handbook, bullet_key)
    );
    CREATE TABLE plans (
        handbook TEXT PRIMARY KEY, interview TEXT NOT NULL, minutes REAL NOT NULL, focus TEXT NOT NULL,
        made_at TEXT NOT NULL
    );
    """,
)
