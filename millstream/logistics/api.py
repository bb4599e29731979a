"""The door of logistics."""

from millstream.logistics.actions.accept_handover import AcceptAsk, accept_handover
from millstream.logistics.actions.add_sites import (
    CentreSpec,
    EdgeSpec,
    NodeSpec,
    StationSpec,
    VehicleSpec,
    add_centre,
    add_roads,
    add_station,
    add_vehicle,
    close_road,
    set_season,
)
from millstream.logistics.actions.apply_tracking import apply_tracking, poll_tracking
from millstream.logistics.actions.book_carrier import book_wanted
from millstream.logistics.actions.cancel_parcel import cancel_parcel
from millstream.logistics.actions.check_parcel import check_parcel
from millstream.logistics.actions.deliver import deliver_now
from millstream.logistics.actions.drive_run import (
    arrive_at_stop,
    close_run,
    depart_run,
    finish_stop,
    release_run,
    return_run,
    skip_stop,
)
from millstream.logistics.actions.fill_bag import open_bag, put_in_bag, take_out_of_bag
from millstream.logistics.actions.hand_out import hand_out
from millstream.logistics.actions.hand_to_carrier import hand_to_carrier, send_offered
from millstream.logistics.actions.offer_at_stop import offer_down, offer_load, offer_up
from millstream.logistics.actions.offer_handover import offer_handover, withdraw_handover
from millstream.logistics.actions.open_parcels import open_parcels
from millstream.logistics.actions.pack_parcel import pack_parcel
from millstream.logistics.actions.plan_runs import plan_runs
from millstream.logistics.actions.print_label import print_label
from millstream.logistics.actions.resolve_case import ResolveAsk, resolve_case
from millstream.logistics.actions.scan import scan
from millstream.logistics.actions.seal_bag import finish_broken_bag, seal_bag, unseal_bag
from millstream.logistics.actions.take_in import take_in
from millstream.logistics.adapters.label_font import drawable
from millstream.logistics.queries.bags import bag, bags_held, parcels_in_bags
from millstream.logistics.queries.handovers import case, cases, handover, handovers
from millstream.logistics.queries.parcels import (
    check_custody,
    collect_code,
    count_of_seller,
    expected_at_station,
    holder_names,
    parcel,
    parcel_by_code,
    parcel_timeline,
    parcels_going_to,
    parcels_held,
    parcels_of_order,
    parcels_of_seller,
    timeline,
)
from millstream.logistics.queries.runs import (
    count_at_centre,
    driver_of,
    has_load,
    next_stop_of,
    road_map,
    route_codes,
    run,
    runs,
    site,
    stations_of,
    vehicles_of,
    waiting_at_stations,
    way_on,
)

__all__ = [
    "AcceptAsk",
    "CentreSpec",
    "EdgeSpec",
    "NodeSpec",
    "ResolveAsk",
    "StationSpec",
    "VehicleSpec",
    "accept_handover",
    "add_centre",
    "add_roads",
    "add_station",
    "add_vehicle",
    "apply_tracking",
    "arrive_at_stop",
    "bag",
    "bags_held",
    "book_wanted",
    "cancel_parcel",
    "case",
    "cases",
    "check_custody",
    "check_parcel",
    "close_road",
    "close_run",
    "collect_code",
    "count_at_centre",
    "count_of_seller",
    "deliver_now",
    "depart_run",
    "drawable",
    "driver_of",
    "expected_at_station",
    "finish_broken_bag",
    "finish_stop",
    "hand_out",
    "hand_to_carrier",
    "handover",
    "handovers",
    "has_load",
    "holder_names",
    "next_stop_of",
    "offer_down",
    "offer_handover",
    "offer_load",
    "offer_up",
    "open_bag",
    "open_parcels",
    "pack_parcel",
    "parcel",
    "parcel_by_code",
    "parcel_timeline",
    "parcels_going_to",
    "parcels_held",
    "parcels_in_bags",
    "parcels_of_order",
    "parcels_of_seller",
    "plan_runs",
    "poll_tracking",
    "print_label",
    "put_in_bag",
    "release_run",
    "resolve_case",
    "return_run",
    "road_map",
    "route_codes",
    "run",
    "runs",
    "scan",
    "seal_bag",
    "send_offered",
    "set_season",
    "site",
    "skip_stop",
    "stations_of",
    "take_in",
    "take_out_of_bag",
    "timeline",
    "unseal_bag",
    "vehicles_of",
    "waiting_at_stations",
    "way_on",
    "withdraw_handover",
]
