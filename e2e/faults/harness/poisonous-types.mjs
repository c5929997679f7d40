// Loaded into a process of 9volt before its own code, and so into its children: types of monitors that kill the process they run
// in.
import '@9volt/monitors/testing/poisonous-types';
