namespace Framevet.Pipeline.Runs;

/// <summary>Identity of a run; its text form is 32 lower-case hex digits, time-ordered (UUID version 7).</summary>
public readonly record struct RunId(Guid Value)
{
    /// <summary>A new id for something that begins at <paramref name="now"/>.</summary>
    public static RunId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string? text, out RunId id)
    {
        var ok = Guid.TryParseExact(text, "N", out var value);
        id = new RunId(value);
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}
