using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Framevet.Web.Tests.Hosting;

/// <summary>Keeps what is logged, of every category. Thread-safe.</summary>
internal sealed class KeptLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    /// <summary>All messages in order.</summary>
    public string[] Lines => [.. _entries.Select(e => e.Text)];

    /// <summary>Messages of this level.</summary>
    public int Count(LogLevel level) => _entries.Count(e => e.Level == level);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _entries.Enqueue((logLevel, formatter(state, exception)));
}
