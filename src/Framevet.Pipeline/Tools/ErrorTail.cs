namespace Framevet.Pipeline.Tools;

/// <summary>The last lines a tool wrote on stderr, with secrets removed. Thread-safe.</summary>
internal sealed class ErrorTail(int capacity = 100)
{
    private readonly Queue<string> _lines = new(capacity);
    private readonly Lock _lock = new();

    public void Add(string line)
    {
        lock (_lock)
        {
            if (_lines.Count == capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    /// <summary>The kept lines, oldest first. Redacted here and not on arrival: a decoder writes hundreds of lines a second.</summary>
    public string[] Lines()
    {
        lock (_lock)
        {
            return [.. _lines.Select(ToolText.Redact)];
        }
    }

    public override string ToString() => string.Join('\n', Lines());
}
