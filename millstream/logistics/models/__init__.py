"""Rows and constraints of logistics, by what they are about."""

from millstream.logistics.models.carriers import CarrierBooking, CarrierEvent
from millstream.logistics.models.cases import ExceptionCase
from millstream.logistics.models.journeys import Handover, HandoverItem, Manifest, Run, Stop, Vehicle
from millstream.logistics.models.parcels import Bag, CustodyEvent, Parcel, Scan
from millstream.logistics.models.roads import Centre, RoadEdge, RoadNode, Station

__all__ = [
    "Bag",
    "CarrierBooking",
    "CarrierEvent",
    "Centre",
    "CustodyEvent",
    "ExceptionCase",
    "Handover",
    "HandoverItem",
    "Manifest",
    "Parcel",
    "RoadEdge",
    "RoadNode",
    "Run",
    "Scan",
    "Station",
    "Stop",
    "Vehicle",
]
