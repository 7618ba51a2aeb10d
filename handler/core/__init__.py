"""Values every part shares: money, findings, errors. Pure, standard library only."""
