"""OAI-PMH 2.0: the catalog for harvesters. Source: http://www.openarchives.org/OAI/openarchivesprotocol.html."""
