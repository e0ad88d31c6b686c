"""The tables of the store, and the version of what is in them."""

SCHEMA = """
create table if not exists blocks (
  block integer primary key autoincrement, first_s real not null, last_s real not null, count integer not null,
  body blob not null);
create index if not exists blocks_by_time on blocks (last_s);
create table if not exists ticks (time_s real primary key, block integer not null) without rowid;
create table if not exists counters (
  sensor text primary key, counter integer not null, seen integer not null) without rowid;
create table if not exists keys (
  sensor text primary key, public_key text, revoked integer not null, since_s real not null) without rowid;
create table if not exists alerts (
  number integer primary key, alert text not null, site text not null, state text not null,
  issued_at_s real not null, body blob not null, cap blob, identifier text unique, sent text,
  acknowledged_at_s real, unique (alert, site, state, issued_at_s));
create table if not exists acknowledgements (
  entry integer primary key autoincrement, number integer not null, at_s real not null, name text,
  taken_back integer not null);
create table if not exists frames (time_s integer primary key, body blob not null);
create table if not exists meta (key text primary key, value text not null) without rowid;
"""
VERSION = 1
