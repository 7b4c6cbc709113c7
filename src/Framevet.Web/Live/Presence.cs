using System.Collections.Immutable;

namespace Framevet.Web.Live;

/// <summary>Who has which page open, on this server, now. A page enters a place and leaves it when it is disposed. Thread-safe.</summary>
public sealed class Presence
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (string Place, string User, string Name)> _visits = [];
    private long _next;

    /// <summary>Somebody came or left; called outside of any page's context.</summary>
    public event EventHandler? Changed;

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
                _visits.Add(++_next, (place, userId, name));
                visits.Add(_next);
            }
        }

        Changed?.Invoke(this, EventArgs.Empty);
        return new Visit(this, visits);
    }

    /// <summary>Names of the people at a place, each once, without <paramref name="except"/> (a user's id).</summary>
    public ImmutableArray<string> At(string place, string? except = null)
    {
        lock (_gate)
        {
            return [.. _visits.Values.Where(v => v.Place == place && v.User != except).DistinctBy(v => v.User).Select(v => v.Name).Order(StringComparer.Ordinal)];
        }
    }

    private void Leave(List<long> visits)
    {
        lock (_gate)
        {
            visits.ForEach(v => _visits.Remove(v));
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    private sealed class Visit(Presence presence, List<long> visits) : IDisposable
    {
        public void Dispose() => presence.Leave(visits);
    }
}
