using System.Collections.Immutable;

namespace Framevet.Web.Live;

/// <summary>Who has which page open now: here, and on the other nodes as far as they said. A page enters a place and leaves it when it is disposed. Thread-safe.</summary>
public sealed class Presence(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Visitor> _visits = [];
    private readonly Dictionary<string, (long At, ImmutableArray<Visitor> Visitors)> _elsewhere = [];
    private long _next;

    /// <summary>Somebody came or left; called outside of any page's context.</summary>
    public event EventHandler? Changed;

    /// <summary>The same, for people on this node only.</summary>
    internal event EventHandler? ChangedHere;

    /// <summary>Place of a review item.</summary>
    public static string Item(Guid id) => $"item/{id:N}";

    /// <summary>Place of a review queue.</summary>
    public static string Queue(string queue) => $"queue/{queue}";

    /// <summary>Notes that somebody is at some places until the result is disposed.</summary>
    public IDisposable Enter(string userId, string name, params ReadOnlySpan<string> places)
    {
        var visits = new List<long>();
        lock (_gate)
        {
            foreach (var place in places)
            {
                _visits.Add(++_next, new Visitor(place, userId, name));
                visits.Add(_next);
            }
        }

        TellHere();
        return new Visit(this, visits);
    }

    /// <summary>Names of the people at a place, each once, without <paramref name="except"/> (a user's id).</summary>
    public ImmutableArray<string> At(string place, string? except = null)
    {
        lock (_gate)
        {
            return [.. _visits.Values.Concat(_elsewhere.Values.SelectMany(e => e.Visitors)).Where(v => v.Place == place && v.User != except).DistinctBy(v => v.User).Select(v => v.Name).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Everybody on this node.</summary>
    internal ImmutableArray<Visitor> VisitorsHere()
    {
        lock (_gate)
        {
            return [.. _visits.Values.Distinct()];
        }
    }

    /// <summary>Everybody on another node.</summary>
    internal void TakeOver(string node, IReadOnlyCollection<Visitor> visitors)
    {
        lock (_gate)
        {
            if (visitors.Count > 0)
            {
                _elsewhere[node] = (time.GetTimestamp(), [.. visitors]);
            }
            else if (!_elsewhere.Remove(node))
            {
                return;
            }
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Drops nodes that said nothing for so long.</summary>
    internal void Forget(TimeSpan silence)
    {
        lock (_gate)
        {
            var gone = _elsewhere.Where(e => time.GetElapsedTime(e.Value.At) > silence).Select(e => e.Key).ToArray();
            if (gone.Length == 0)
            {
                return;
            }

            gone.ToList().ForEach(n => _elsewhere.Remove(n));
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    private void TellHere()
    {
        Changed?.Invoke(this, EventArgs.Empty);
        ChangedHere?.Invoke(this, EventArgs.Empty);
    }

    private void Leave(List<long> visits)
    {
        lock (_gate)
        {
            visits.ForEach(v => _visits.Remove(v));
        }

        TellHere();
    }

    private sealed class Visit(Presence presence, List<long> visits) : IDisposable
    {
        public void Dispose() => presence.Leave(visits);
    }
}

/// <summary>Somebody at a place.</summary>
internal sealed record Visitor(string Place, string User, string Name);
