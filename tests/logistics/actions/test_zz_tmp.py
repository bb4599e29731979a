import collections
from tests.logistics.actions import test_custody_machine as m
from tests.logistics.actions.test_custody_machine import test_custody_holds_whatever_everybody_does
C=collections.Counter()
old=m.Custody.one_holder_and_rows_equal_the_fold
class Cx(m.Custody):
    def teardown(self):
        for p in getattr(self,"parcels",[]): C[self.town.look(p).state.value]+=1
        super().teardown()
m.Custody=Cx
import atexit; atexit.register(lambda: print(C))
