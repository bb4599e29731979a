import pytest
from playwright.sync_api import sync_playwright
from django.contrib.sessions.backends.db import SessionStore
from millstream.logistics import api
from millstream.logistics.types import *
from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from millstream.kernel.ids import new_id
import os
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"

def cookie(actor, role):
    from django.test import Client
    u=User.objects.create_user(email=f"{new_id().hex}@e.com"); join_actor(u.id,actor,role)
    c=Client(); c.force_login(u,backend="django.contrib.auth.backends.ModelBackend")
    return c.cookies["sessionid"].value

def test_shots(real_town, live_server):
    town=real_town
    done=town.with_carrier(2)
    api.apply_tracking([TrackEvent("a",done[0].carrier_number,1,TrackStatus.PICKED_UP,"杭州",town.now),TrackEvent("b",done[0].carrier_number,2,TrackStatus.IN_TRANSIT,"杭州",town.now)],came_by="push",now=town.later())
    chk=town.at_centre(3)
    api.check_parcel(chk[0].id,acting=town.centre,now=town.later())
    api.book_wanted(town.carrier,now=town.later())
    town.open(2); town.packed(1)
    waiting=town.taken_in(3)
    town.taken_in(2,station_actor=town.yunci); town.taken_in(1,station_actor=town.shanhou)
    town.scan(waiting[0].code,ScanPurpose.TAKE_IN,town.yunci)
    bag=town.sealed_bag(waiting[:2],"S-300")
    runs,_=api.plan_runs(acting=town.centre,now=town.later())
    run=api.release_run(runs[0].id,acting=town.centre,now=town.later()); api.depart_run(run.id,acting=town.chen,now=town.later())
    stop=next(s for s in run.stops if s.station_id==town.esi)
    api.arrive_at_stop(stop.id,acting=town.chen,now=town.later())
    off=api.offer_up(stop.id,acting=town.esi,now=town.later())
    town.scan(api.handover(off.id,reader=town.esi).items[0].label,ScanPurpose.HANDOVER,town.chen,handover_id=off.id)
    who={"m":cookie(town.amina,Role.MAKER),"s":cookie(town.esi,Role.KEEPER),"d":cookie(town.chen,Role.DRIVER),"c":cookie(town.centre,Role.STAFF),"":""}
    pages=[("m","/desk/parcels/"),("m",f"/desk/parcels/{done[0].id}/"),("s","/station/"),("s","/station/take-in/"),("s","/station/bags/"),("s","/station/van/"),("d",f"/runs/{run.id}/"),("d",f"/runs/{run.id}/stops/{stop.id}/"),("d",f"/handovers/{off.id}/"),("c","/centre/"),("c","/centre/check/"),("c","/centre/runs/"),("c",f"/centre/runs/{run.id}/"),("c","/centre/carrier/"),("c","/centre/differences/"),("c","/centre/roads/"),("",f"/track/{done[0].code}/")]
    os.makedirs("/tmp/c/shots",exist_ok=True)
    bad=[]
    with sync_playwright() as p:
        b=p.chromium.launch(executable_path="/usr/bin/chromium",args=["--no-sandbox","--disable-gpu"])
        for w,dark,zh in ((390,False,False),(1280,True,True)) if not os.environ.get("ALL") else ((390,False,False),(390,True,True),(1280,False,False),(1280,True,True)):
            for i,(k,url) in enumerate(pages):
                c=b.new_context(viewport={"width":w,"height":844},color_scheme="dark" if dark else "light",locale="zh-CN" if zh else "en-GB")
                if k: c.add_cookies([{"name":"sessionid","value":who[k],"url":live_server.url}])
                pg=c.new_page(); pg.on("console",lambda m: bad.append((url,m.text[:200])) if m.type in("error","warning") else None)
                r=pg.goto(live_server.url+url); pg.wait_for_timeout(150)
                wide=pg.evaluate("document.documentElement.scrollWidth")
                if wide>w: bad.append((url,w,"overflow",wide))
                pg.screenshot(path=f"/tmp/c/shots/{w}{'d' if dark else 'l'}-{i:02}.png",full_page=True); c.close()
        b.close()
    print(bad)
    for x in bad: print("BAD",x)
