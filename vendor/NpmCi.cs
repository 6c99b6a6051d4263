using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Installs exactly what a package-lock.json names, with <c>npm ci --ignore-scripts</c>. Compiled by MSBuild when it is needed.
/// </summary>
/// <remarks>
/// Several builds may want the same folder at once. A lock file, held open and so released by the system even if a build is killed,
/// lets one of them install; the others wait, find the stamp and go on.
/// </remarks>
public sealed class NpmCi : Task
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(15);

    /// <summary>The folder with package.json and package-lock.json.</summary>
    [Required]
    public string Folder { get; set; }

    /// <summary>The file to write once everything is there; it lies inside node_modules.</summary>
    [Required]
    public string Stamp { get; set; }

    /// <summary>The platform to install for: linux-x64, win-x64, osx-arm64.</summary>
    [Required]
    public string RuntimeIdentifier { get; set; }

    /// <summary>The files that must be there afterwards: npm leaves out optional packages of other platforms without a word.</summary>
    [Required]
    public string[] ExpectedFiles { get; set; }

    public override bool Execute()
    {
        using (var turn = WaitForTurn())
        {
            if (turn == null)
            {
                Log.LogError("Another build has been installing the npm packages of {0} for {1:0} minutes; end it and build again.", Folder, LockTimeout.TotalMinutes);
                return false;
            }

            if (IsComplete())
            {
                return true;
            }

            Log.LogMessage(MessageImportance.High, "Bringing the npm packages of {0} (once)", Folder);
            if (!RunNpm())
            {
                return false;
            }

            var missing = ExpectedFiles.Where(file => !File.Exists(file)).ToArray();
            if (missing.Length > 0)
            {
                Log.LogError("npm installed the packages of {0}, but these files for {1} are not among them: {2}", Folder, RuntimeIdentifier, string.Join(", ", missing));
                return false;
            }

            File.WriteAllText(Stamp, string.Empty);
            return true;
        }
    }

    private bool IsComplete()
    {
        return File.Exists(Stamp) && File.GetLastWriteTimeUtc(Stamp) >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }

    private FileStream WaitForTurn()
    {
        var path = Path.Combine(Folder, ".npm-ci.lock");
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < LockTimeout)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                Thread.Sleep(200);
            }
        }

        return null;
    }

    private bool RunNpm()
    {
        // npm's own words for the platform; on Windows npm is a script that only cmd can start.
        var platform = RuntimeIdentifier.Split('-');
        var system = platform[0] == "win" ? "win32" : platform[0] == "osx" ? "darwin" : platform[0];
        var arguments = "ci --ignore-scripts --no-audit --no-fund --os=" + system + " --cpu=" + platform[1] + (system == "linux" ? " --libc=glibc" : "");
        var onWindows = Path.DirectorySeparatorChar == '\\';
        var start = new ProcessStartInfo(onWindows ? "cmd.exe" : "npm", onWindows ? "/c npm " + arguments : arguments)
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        var output = new StringBuilder();
        try
        {
            using (var npm = new Process { StartInfo = start })
            {
                DataReceivedEventHandler collect = (_, line) => { lock (output) { output.AppendLine(line.Data); } };
                npm.OutputDataReceived += collect;
                npm.ErrorDataReceived += collect;
                npm.Start();
                npm.BeginOutputReadLine();
                npm.BeginErrorReadLine();
                npm.WaitForExit();
                const int CommandNotFoundByCmd = 9009;
                if (npm.ExitCode == 0)
                {
                    return true;
                }

                if (npm.ExitCode != CommandNotFoundByCmd)
                {
                    Log.LogError("npm {0} failed in {1} with exit code {2}: {3}", arguments, Folder, npm.ExitCode, output.ToString().Trim());
                    return false;
                }
            }
        }
        catch (Win32Exception)
        {
            // The system found no such program; said below.
        }

        Log.LogError("npm was not found on the PATH. The native libraries of {0} come from npm: install Node.js 20 or later, which brings npm, and build again.", Folder);
        return false;
    }
}
