namespace FcnService.Inference.Providers;

/// <summary>What networks are to run on.</summary>
public enum ProviderChoice
{
    /// <summary>CUDA where it is there, else the processor.</summary>
    Auto,

    /// <summary>CUDA and nothing else.</summary>
    Cuda,

    /// <summary>The processor.</summary>
    Cpu,
}

/// <summary>What networks run on, and why.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Reason">Why this one.</param>
public sealed record ProviderSelection(ExecutionProvider Provider, string Reason)
{
    /// <summary>Selects for this machine.</summary>
    /// <param name="choice">What is asked for.</param>
    /// <param name="settings">How to run on a GPU.</param>
    /// <exception cref="ProviderUnavailableException">CUDA is asked for and cannot be had.</exception>
    public static ProviderSelection Select(ProviderChoice choice, CudaSettings settings) => Select(choice, settings, () => CudaMachine.This);

    /// <summary>Selects for a machine, of which nothing is asked when the processor will do.</summary>
    internal static ProviderSelection Select(ProviderChoice choice, CudaSettings settings, Func<CudaMachine> machine)
    {
        if (choice == ProviderChoice.Cpu)
        {
            return new ProviderSelection(ExecutionProvider.Cpu, "asked for");
        }

        try
        {
            var cuda = OpenCuda(settings, machine());
            return new ProviderSelection(cuda, choice == ProviderChoice.Cuda ? "asked for" : $"device {settings.DeviceId} is there");
        }
        catch (ProviderUnavailableException missing) when (choice == ProviderChoice.Auto)
        {
            return new ProviderSelection(ExecutionProvider.Cpu, missing.Message);
        }
    }

    // The driver is asked before the library is loaded, which takes time and memory that most machines without a GPU need not spend.
    private static ExecutionProvider OpenCuda(CudaSettings settings, CudaMachine machine)
    {
        machine.FindProvider();
        var devices = machine.FindDevices();
        if (devices.Count == 0)
        {
            throw new ProviderUnavailableException(
                "NVIDIA's driver shows no device: CUDA_VISIBLE_DEVICES may hide them, or the container was not given one");
        }

        if (settings.DeviceId >= devices.Count)
        {
            var known = string.Join(", ", devices.Select((name, id) => $"{id} ({name})"));
            throw new ProviderUnavailableException($"there is no device {settings.DeviceId}; NVIDIA's driver shows {known}");
        }

        machine.FindCudnn();
        return machine.Open(settings, devices[settings.DeviceId]);
    }
}
