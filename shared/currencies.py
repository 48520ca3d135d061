"""The currencies that somebody is, or was, paid in: ISO 4217.

Source: the lists of the standard's maintenance agency, SIX: list one, in use, as amended to 2026, and list three, withdrawn. Of
what was withdrawn, what was in use in 1999 or later is here, for a log of past events names it. Metals, units of banks, and the
codes for tests and for no currency are left out.
"""

_IN_USE = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP
CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST
XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""

_WITHDRAWN = """
AFA ANG ATS AZM BEF BGL BGN BYR CSD CUC CYP DEM EEK ESP FIM FRF GHC GRD HRK IEP ITL LTL LUF LVL MGF MRO MTL MZM NLG PTE ROL
SDD SIT SKK SLL SRG STD TMM TRL VEB VEF YUM ZMK ZWD ZWL ZWN ZWR
"""
CURRENCIES = frozenset((_IN_USE + _WITHDRAWN).split())


def existing_currency(code: str) -> str:
    """The code. Raises ValueError for one that ISO 4217 does not have."""
    if code not in CURRENCIES:
        raise ValueError("must be a currency of ISO 4217 that exists, for example EUR")
    return code
