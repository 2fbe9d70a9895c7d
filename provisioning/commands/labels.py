"""`labels`, `config` and `card`: what an installer takes along."""

import argparse
import secrets
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from device.config.model import Config
from device.usage import Parser
from drivers.files import Files
from provisioning import tokens
from provisioning.agent_config import Wiring, agent_config, bank_wiring, read_wiring, store_wiring
from provisioning.card.card import write_card
from provisioning.clock import now_utc
from provisioning.commands.arguments import name, printable
from provisioning.commands.desk import Commands, Options, add_command, answer, open_office, progress
from provisioning.commands.enrol import add_hours, check_open, new_token
from provisioning.errors import OfficeError, RefusedError
from provisioning.handed_in import read_handed_in
from provisioning.invitation import OPEN
from provisioning.labels.sheet import pages
from provisioning.labels.text import LabelText
from provisioning.labels.wires import lines_of, wires_of
from provisioning.model import Plan, Site
from provisioning.office import Office

_MAX_WIRING_BYTES = 256 * 1024


def add(commands: Commands) -> None:
    command = add_command(commands, "labels", "printable labels (SVG, A4): a sheet for each site", labels)
    command.add_argument("sites", nargs="*", type=name, metavar="SITE")
    command.add_argument("--all", action="store_true", help="every site")
    command.add_argument("--out", type=Path, default=Path("labels"), metavar="DIR", help="default: labels")
    command.add_argument("--visit", action="store_true", help="with a slip for one visit: a one-time token")
    command.add_argument(
        "--call", type=printable, default="", metavar="TEXT", help="whom to call when the lamp shows fault"
    )
    add_hours(command)
    _add_wiring(command)
    command = add_command(commands, "config", "the configuration of a device (TOML)", config)
    command.add_argument("device", type=name, metavar="DEVICE")
    kind = command.add_mutually_exclusive_group()
    _add_wiring(kind)
    kind.add_argument("--bank", action="store_true", help="a locker bank: an example to be edited")
    command = add_command(commands, "card", "a folder for the SD card: a fresh Raspberry Pi OS enrols itself", card)
    command.add_argument("device", type=name, metavar="DEVICE")
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the card's boot partition, or a folder"
    )
    command.add_argument("--wheel", type=Path, required=True, metavar="FILE", help="the program (make wheel)")
    command.add_argument("--lock", type=Path, metavar="FILE", help="requirements/agent.lock")
    command.add_argument(
        "--kernel-line", action="store_true", help="Raspberry Pi OS without cloud-init: start it by cmdline.txt"
    )
    add_hours(command)
    _add_wiring(command)


def labels(options: Options) -> int:
    wiring = read_wiring(_wiring(options))
    written: list[str] = []
    with open_office(options) as office:
        chosen = _chosen(office, options)
        _make_folder(options.out)
        with progress("labels", len(chosen)) as step:
            for plan in chosen:
                texts = [_text(office, plan.site, device, options, wiring) for device in plan.devices]
                written += _write_pages(options.out, plan.site.id, pages(texts, options.call))
                step()
    answer(options, written, [f"{len(written)} sheets in {options.out}; print them at 100 %"])
    return 0


def config(options: Options) -> int:
    wiring = bank_wiring() if options.bank else _wiring(options)
    with open_office(options) as office:
        text = _config(office, options.device, wiring)
    answer(options, {"device": options.device, "config": text}, [text.rstrip()])
    return 0


def card(options: Options) -> int:
    wiring = _wiring(options)
    boot = options.out if options.kernel_line else None
    with open_office(options) as office:
        text = _config(office, options.device, wiring)
        check_open(office, [options.device])
        chance = secrets.token_bytes(tokens.TOKEN_BYTES)
        label = office.label(options.device, tokens.new_token(chance))
        try:
            write_card(options.out, label, text, options.wheel, options.lock, boot=boot)
        except OSError as error:
            raise _unwritten(options.out, error) from None
        # It counts from now on: a card that could not be written costs nobody the token he has.
        new_token(office, options.device, options.hours, lambda _: chance)
    line = f"{options.out}: a card for {options.device}; it enrols within {options.hours} hours, or needs a new one"
    answer(options, {"device": options.device, "folder": str(options.out)}, [line])
    return 0


def _add_wiring(command: "Parser | argparse._MutuallyExclusiveGroup") -> None:
    text = "zones, indicators, bank (TOML; default: a store's)"
    command.add_argument("--wiring", type=Path, metavar="FILE", help=text)


def _wiring(options: Options) -> Wiring:
    if options.wiring is None:
        return store_wiring()
    try:
        return Wiring(read_handed_in(options.wiring, _MAX_WIRING_BYTES).decode("utf-8"), str(options.wiring))
    except UnicodeDecodeError:
        raise RefusedError(f"{options.wiring}: not UTF-8; TOML is written in UTF-8") from None


def _config(office: Office, device_id: str, wiring: Wiring) -> str:
    device = office.registry.device(device_id)
    site = None if device is None else office.registry.site(device.site)
    if site is None:
        raise RefusedError(f"{device_id}: no such device in the registry; allowed are devices of the site list")
    return agent_config(device_id, site, office.est, office.registry.brokers(), wiring)


def _chosen(office: Office, options: Options) -> list[Plan]:
    """Sites, with those of their devices that are not shut out."""
    plans = {plan.site.id: plan for plan in office.registry.plans()}
    if not options.all and not options.sites:
        raise RefusedError("labels: no site is named; allowed are sites of the registry, or --all")
    named = plans if options.all else dict.fromkeys(options.sites)
    unknown = next((site for site in named if site not in plans), None)
    if unknown is not None:
        raise RefusedError(f"{unknown}: no such site in the registry; allowed are sites of the site list, or --all")
    is_open = {device.id: device.state in OPEN for device in office.registry.devices()}
    chosen = [replace(plans[site], devices=tuple(filter(is_open.get, plans[site].devices))) for site in named]
    shut = next((plan.site.id for plan in chosen if not plan.devices), None)
    if shut is not None and not options.all:
        raise RefusedError(f"{shut}: all of its devices are shut out; ansim-provision replan lets one in again")
    return [plan for plan in chosen if plan.devices]


def _text(office: Office, site: Site, device: str, options: Options, wiring: Config) -> LabelText:
    token = new_token(office, device, options.hours) if options.visit else None
    until = now_utc() + timedelta(hours=options.hours) if options.visit else None
    label = office.label(device, token)
    return LabelText(
        label, site.name, site.address, site.district, wires_of(wiring), lines_of(wiring), valid_until=until
    )


def _write_pages(folder: Path, site: str, sheets: list[str]) -> list[str]:
    names = [f"{site}.svg" if len(sheets) == 1 else f"{site}-{number}.svg" for number in range(1, len(sheets) + 1)]
    try:
        for file, sheet in zip(names, sheets, strict=True):
            # There may be a token on it.
            Files().write(folder / file, sheet.encode("utf-8"), 0o600)
    except OSError as error:
        raise _unwritten(folder, error) from None
    return [str(folder / file) for file in names]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OfficeError(f"{folder}: cannot be made: {error.strerror}") from None


def _unwritten(folder: Path, error: OSError) -> OfficeError:
    return OfficeError(f"{folder}: cannot be written: {error.strerror}")
