using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// One run of an external program: the only user of <see cref="Process"/>. stdin is closed or written as the command says, stdout is a stream that the caller reads,
/// stderr is pumped line by line at the same time. Cancelling kills the whole process tree. Dispose it: a program still running is killed.
/// One reader of <see cref="ReadAsync"/> at a time.
/// </summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    /// <summary>How long a killed program may take to go.</summary>
    private static readonly TimeSpan KillWait = TimeSpan.FromSeconds(3);

    private readonly ToolCommand _command;
    private readonly Process _process;
    private readonly string? _folder;
    private readonly Stream _output;
    private readonly ErrorTail _tail = new();
    private readonly Task _errors;
    private readonly CancellationTokenSource _unwanted = new();
    private readonly Task _feeding;
    private readonly CancellationTokenRegistration _cancel;
    private readonly CancellationToken _ct;
    private readonly TimeProvider _time;
    private long _lastSign;

    private ToolProcess(ToolCommand command, Process process, string? folder, Action<string?>? onErrorLine, TimeProvider time, CancellationToken ct)
    {
        _command = command;
        _process = process;
        _folder = folder;
        _output = process.StandardOutput.BaseStream;
        _time = time;
        _lastSign = time.GetTimestamp();
        _ct = ct;
        _errors = PumpErrorsAsync(onErrorLine);
        _feeding = command.Feed is { } feed ? Task.Run(() => FeedAsync(feed), CancellationToken.None) : Task.CompletedTask;
        _cancel = ct.Register(static self => ((ToolProcess)self!).Kill(), this);
    }

    /// <summary>Operating system's id, for tests and logs.</summary>
    public int Id => _process.Id;

    /// <summary>Last lines of stderr, secrets removed.</summary>
    public string[] TailLines => _tail.Lines();

    /// <summary>Starts the program. <paramref name="onErrorLine"/> is called on a pool thread for each line, in order, and with null at the end; it must not throw.</summary>
    /// <exception cref="VettingException">ToolMissing when it cannot be started.</exception>
    public static ToolProcess Start(ToolCommand command, Action<string?>? onErrorLine, TimeProvider time, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();

        // What it leaves in its working folder is nobody's, so it gets one of its own that goes with it.
        var folder = command.Folder is null && command.Bounds.Sockets != ToolSockets.Any ? Directory.CreateTempSubdirectory("framevet-tool-").FullName : null;
        var process = new Process { StartInfo = ToolLaunch.StartInfo(folder is null ? command : command with { Folder = folder }) };
        try
        {
            ToolSandbox.Start(process, command.Bounds);
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            Remove(folder);
            throw new VettingException(FailureCode.ToolMissing, $"{command.Name} could not be started: {e.Message}.", command.Describe(), e);
        }

        if (command.Feed is null)
        {
            process.StandardInput.Close();
        }
        else
        {
            ToolLaunch.Widen(process.StandardInput.BaseStream);
        }

        ToolLaunch.Lower(process, command);
        ToolLaunch.Widen(process.StandardOutput.BaseStream);
        return new ToolProcess(command, process, folder, onErrorLine, time, ct);
    }

    /// <summary>Runs to the end and returns what it wrote on stdout as UTF-8.</summary>
    /// <exception cref="VettingException">ToolStalled; ToolFailed when stdout exceeds <paramref name="maxBytes"/>.</exception>
    public static async Task<ToolResult> RunAsync(ToolCommand command, int maxBytes, TimeProvider time, CancellationToken ct)
    {
        var process = Start(command, null, time, ct);
        await using (process.ConfigureAwait(false))
        {
            using var text = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await process.ReadAsync(buffer).ConfigureAwait(false) is var read and > 0)
            {
                if (text.Length + read > maxBytes)
                {
                    throw new VettingException(FailureCode.ToolFailed, $"{command.Name} wrote more than {maxBytes} bytes.", command.Describe());
                }

                text.Write(buffer, 0, read);
            }

            var exitCode = await process.WaitForExitAsync().ConfigureAwait(false);
            return new ToolResult(exitCode, Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length), process.TailLines);
        }
    }

    /// <summary>Reads from stdout; 0 at the end. Waiting longer than the stall limit without any sign of life kills the program.</summary>
    /// <exception cref="VettingException">ToolStalled.</exception>
    /// <exception cref="OperationCanceledException">The token given to <see cref="Start"/> was cancelled.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        // The program is killed on cancellation and the pipe then ends: the read itself takes no token, so that the
        // buffer is certainly no longer written to when this method returns.
        Touch();
        var read = _output.ReadAsync(buffer, CancellationToken.None);
        var count = read.IsCompletedSuccessfully ? read.Result : await WatchAsync(read.AsTask()).ConfigureAwait(false);
        Touch();
        _ct.ThrowIfCancellationRequested();
        return count;
    }

    /// <summary>
    /// Fills the buffer from stdout; fewer bytes only at the end. One blocking read on a pool thread for all of it: a wait and a timer for each
    /// part that a pipe holds would cost more than the bytes. Errors as <see cref="ReadAsync"/>.
    /// </summary>
    public async ValueTask<int> ReadFullAsync(Memory<byte> buffer)
    {
        Touch();
        var count = await WatchAsync(Task.Run(() => Fill(buffer), CancellationToken.None)).ConfigureAwait(false);
        Touch();
        return count;
    }

    /// <summary>Awaits something that the program's output will complete, under the same stall limit.</summary>
    /// <exception cref="VettingException">ToolStalled.</exception>
    public async Task<T> WatchAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            var limit = _ct.IsCancellationRequested && KillWait < _command.Stall ? KillWait : _command.Stall;
            var left = limit - _time.GetElapsedTime(Volatile.Read(ref _lastSign));
            if (left <= TimeSpan.Zero)
            {
                Kill();
                await Task.WhenAny(task, Task.Delay(KillWait, _time, CancellationToken.None)).ConfigureAwait(false);
                throw new VettingException(FailureCode.ToolStalled, $"{_command.Name} gave no sign of life for {_command.Stall.TotalSeconds:0} s.", Detail(null));
            }

            // A cancellation wakes the wait, so that the shorter limit above counts from now on.
            using var timer = _ct.IsCancellationRequested ? new CancellationTokenSource() : CancellationTokenSource.CreateLinkedTokenSource(_ct);
            await Task.WhenAny(task, Task.Delay(left, _time, timer.Token)).ConfigureAwait(false);
            await timer.CancelAsync().ConfigureAwait(false);
        }

        _ct.ThrowIfCancellationRequested();
        return await task.ConfigureAwait(false);
    }

    /// <summary>Waits until the program and both pumps have ended; the exit code. Callers have read stdout to its end before.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await WatchAsync(ExitedAsync()).ConfigureAwait(false);
        _ct.ThrowIfCancellationRequested();
        return _process.ExitCode;
    }

    /// <summary>A failure of this program with its command, exit code and last words.</summary>
    public VettingException Failed(FailureCode code, string message, int? exitCode) => new(code, message, Detail(exitCode));

    /// <summary>Records a sign of life from outside, e.g. while the consumer was busy and nobody read.</summary>
    public void Touch() => Volatile.Write(ref _lastSign, _time.GetTimestamp());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cancel.DisposeAsync().ConfigureAwait(false);
        await _unwanted.CancelAsync().ConfigureAwait(false);
        if (!_process.HasExited)
        {
            Kill();
        }

        await _feeding.ConfigureAwait(false);
        _unwanted.Dispose();
        var gone = Task.WhenAll(_process.WaitForExitAsync(CancellationToken.None), _errors);
        await Task.WhenAny(gone, Task.Delay(KillWait, _time, CancellationToken.None)).ConfigureAwait(false);
        var stuck = !_process.HasExited;
        _process.Dispose();
        if (stuck)
        {
            throw new VettingException(FailureCode.ToolStalled, $"{_command.Name} did not end when it was killed.", _command.Describe());
        }

        Remove(_folder);
    }

    private static void Remove(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A descendant may still be dying in it. It lies where temporary files do and is cleared with them.
        }
    }

    private int Fill(Memory<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && _output.Read(buffer.Span[filled..]) is var read and > 0)
        {
            filled += read;
            Touch();
        }

        return filled;
    }

    private async Task<bool> ExitedAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        await _errors.ConfigureAwait(false);
        return true;
    }

    private void Kill() => ToolLaunch.KillTree(_process);

    private async Task FeedAsync(Func<Stream, CancellationToken, Task> feed)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_unwanted.Token, _ct);
        try
        {
            // Closed whatever happens: a program that waits for more would wait until it counts as stalled.
            await using var input = _process.StandardInput.BaseStream.ConfigureAwait(false);
            await feed(_process.StandardInput.BaseStream, end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It ended before it had read everything: what it wrote tells whether that was enough.
        }
    }

    private async Task PumpErrorsAsync(Action<string?>? onErrorLine)
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
            {
                Touch();
                line = ToolText.Clip(line);
                _tail.Add(line);
                onErrorLine?.Invoke(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe broke because the program was killed: its end is reported elsewhere.
        }
        finally
        {
            onErrorLine?.Invoke(null);
        }
    }

    private string Detail(int? exitCode) =>
        $"{_command.Describe()}\nexit code: {exitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}\n{_tail}";
}

/// <summary>What a finished program said.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string[] ErrorLines);
