namespace Framevet.Data.Queries;

/// <summary>
/// Large answers that several people hold at the same time are held once: as long as somebody holds an answer, the same question gets it again. Nothing is kept alive for its own sake. Thread-safe.
/// </summary>
internal sealed class SharedAnswers<TAnswer>
    where TAnswer : class
{
    private const int Most = 512;

    private readonly Dictionary<string, WeakReference<TAnswer>> _answers = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The answer that somebody holds, or null. The key says everything that the answer depends on, the run's revision too.</summary>
    public TAnswer? Find(string key)
    {
        lock (_gate)
        {
            return _answers.TryGetValue(key, out var held) && held.TryGetTarget(out var answer) ? answer : null;
        }
    }

    /// <summary>Offers an answer; what is returned is the one to hold.</summary>
    public TAnswer Share(string key, TAnswer made)
    {
        lock (_gate)
        {
            if (_answers.TryGetValue(key, out var held) && held.TryGetTarget(out var earlier))
            {
                return earlier;
            }

            if (_answers.Count >= Most)
            {
                foreach (var gone in _answers.Where(a => !a.Value.TryGetTarget(out _)).Select(a => a.Key).ToList())
                {
                    _answers.Remove(gone);
                }
            }

            _answers[key] = new WeakReference<TAnswer>(made);
            return made;
        }
    }
}
