namespace Framevet.Pipeline.Culling;

/// <summary>What one person did on one run, in the order they did it. A new order makes those taken back before it unreachable. Pure.</summary>
public sealed class UndoLine
{
    /// <summary>How far back undo reaches.</summary>
    public const int Steps = 100;

    private readonly List<long> _done = [];
    private readonly List<long> _undone = [];

    /// <summary>The order that undo takes back; null when there is none.</summary>
    public long? Undo => _done.Count > 0 ? _done[^1] : null;

    /// <summary>The order that redo does again; null when there is none.</summary>
    public long? Redo => _undone.Count > 0 ? _undone[^1] : null;

    /// <summary>Takes the next entry of the log. <paramref name="target"/>: the order that an undo or redo was about, null when it was about none.</summary>
    public void Add(long id, MarkOrderKind kind, long? target)
    {
        switch (kind)
        {
            case MarkOrderKind.Set:
                _undone.Clear();
                _done.Add(id);
                if (_done.Count > Steps)
                {
                    _done.RemoveAt(0);
                }

                break;
            case MarkOrderKind.Undo when target is { } taken:
                _done.Remove(taken);
                _undone.Add(taken);
                break;
            case MarkOrderKind.Redo when target is { } again:
                _undone.Remove(again);
                _done.Add(again);
                break;
        }
    }
}
